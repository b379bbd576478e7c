import { folderAway, passing, permanent, postponed } from '../row.js';

/** Failures of images and of their files; docs/images.md describes each. */
export const IMAGES = {
  ...permanent({
    'image-empty': 'Check that the scanner finished writing it, and copy it again.',
    'image-format-unsupported':
      'Its first bytes decide, not its name. Convert it, or keep it out of the folder.',
    'image-truncated': 'Copy it again from the scanner.',
    'image-damaged': 'Copy it again from the scanner.',
    'image-too-large': 'Raise pipeline.maxPixels if the scanner really writes such images.',
    'image-kills-process':
      'Smearwatch crashed each time it processed this image. Keep the file for the maintainers of Smearwatch; to try it again: smearwatch replay --quarantined',
    'unexpected-size':
      'The image has another size than scanners[].expectedSize: correct the option, or set its "otherwise" to accept.',
    'file-too-large': 'Raise pipeline.maxFileBytes if the scanner really writes such files.',
    'file-vanished': 'When the file is there again, it is classified automatically.',
    'file-is-link': "Put the image itself in the link's place.",
    'file-not-regular': 'Find out which program made it, and move it out of the scanner folder.',
    'name-not-utf8': 'Rename it and all that look like it, or mount the share with the right character set.',
    'path-too-long':
      'Shorten the names of its folders, or make one of them a mount point; if it is a folder, this is about all that is in it.',
    'scanner-unknown':
      'Configure it again under this name, then: smearwatch replay --quarantined --scanner NAME',
  }),
  ...passing({
    'decode-timeout':
      'Is this machine overloaded? If not, the file is damaged or malicious: copy it again from the scanner.',
    'resize-unavailable':
      'Smearwatch resizes it by WebAssembly, which needs memory and a processor with SIMD: see `smearwatch doctor`.',
    'file-unreadable': 'Check the file, its disk or network share, then: smearwatch replay --quarantined',
    'inference-failed': 'Check the model with `smearwatch models verify` if this happens again.',
    'worker-lost': 'If this happens again, memory is short, or the image is malicious.',
    'task-timeout': 'If this happens again, the machine is overloaded, or the image is malicious.',
    'unexpected-error': 'This was not expected. Report it with the log, or with what --verbose prints.',
  }),
  ...postponed({
    'file-changed': 'The file is classified once it has come to rest.',
    'pool-closed': 'The image stays queued, and is classified by the workers that come next.',
  }),
  ...folderAway({
    'folder-missing': 'Mount or create the folder; its files are classified once it is there.',
    'read-timeout': 'Check the network share; its files are read when it answers again.',
  }),
};
