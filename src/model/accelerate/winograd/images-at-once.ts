/**
 * Number of images that go through convolutions at once: an activation of theirs has up to 12 MB in AlexNet.
 */
export const IMAGES_AT_ONCE = 16;
