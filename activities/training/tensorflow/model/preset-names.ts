/** Names of the model presets; apart from the presets so that a check of a study does not load TensorFlow. */
export const PRESET_NAMES = ['mnist-cnn', 'lenet5', 'vgg-small', 'resnet20'] as const;

export type PresetName = (typeof PRESET_NAMES)[number];
