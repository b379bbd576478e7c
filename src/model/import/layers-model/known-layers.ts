/** Kinds of layers that contain layers. */
export const MODEL_KINDS = new Set(['Sequential', 'Functional', 'Model']);

/**
 * Layers of image classifiers that tfjs supports. Excluded are layers with custom code (Lambda, custom
 * layers), layers with state (recurrent ones), and layers for texts.
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
