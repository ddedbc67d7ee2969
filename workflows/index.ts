/** The workflow types of Stepwell; every export is one. */
export { tuneStudy } from './tune-study';
