/** The workflow types of Stepwell; every export is one. */
export { tuneStudy } from './driver/tune-study';
