/** As in the study file. The options have a schema, which the workflow bundle must not hold. */
export const LR_RETEST = 'lrRetest';
