/** Layers that hold layers. */
export const MODEL_KINDS = new Set(['Sequential', 'Functional', 'Model']);

/**
 * What classifiers of images are made of, and tfjs knows. Not among them: what is code of its owner's
 * (Lambda, layers of his own), what remembers (recurrent layers), and what serves texts.
 */
export const LAYER_KINDS = new Set([
  'InputLayer',
  // With weights
  'Conv2D',
  'Conv2DTranspose',
  'DepthwiseConv2D',
  'SeparableConv2D',
  'Dense',
  'BatchNormalization',
  'LayerNormalization',
  // Activations
  'Activation',
  'ReLU',
  'LeakyReLU',
  'PReLU',
  'ELU',
  'ThresholdedReLU',
  'Softmax',
  // Nothing at inference
  'Dropout',
  'GaussianDropout',
  'GaussianNoise',
  'AlphaDropout',
  // Pooling and shapes
  'MaxPooling2D',
  'AveragePooling2D',
  'GlobalMaxPooling2D',
  'GlobalAveragePooling2D',
  'Flatten',
  'Reshape',
  'Permute',
  'ZeroPadding2D',
  'Cropping2D',
  'UpSampling2D',
  'Rescaling',
  'Resizing',
  'CenterCrop',
  // Several inputs
  'Add',
  'Multiply',
  'Average',
  'Maximum',
  'Minimum',
  'Concatenate',
]);
