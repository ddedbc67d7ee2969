/** Indexed and not encrypted, so no secrets. The client registers them where it may. */
export const SEARCH_ATTRIBUTES = {
  study: { name: 'StepwellStudy', type: 'KEYWORD' },
  stage: { name: 'StepwellStage', type: 'KEYWORD' },
} as const;
