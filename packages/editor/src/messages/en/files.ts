/** Texts about files, in English. A page loads them with the first form or value that has one. */
export const enFiles = {
  'files.choose': 'Choose a file',
  'files.drop': 'Or drop it here',
  'files.remove': 'Remove {name}',
  'files.cancel': 'Cancel upload',
  'files.uploading': 'Uploading {name}…',
  'files.progress': 'Progress of the upload',
  'files.failed': 'The file could not be uploaded. Try again.',
  'files.refusedType': 'Choose a file of one of these types: {types}.',
  'files.list': 'Files',
  'files.download': 'Download {name}',
  'files.show': 'Show {name}',
  'files.hide': 'Hide {name}',
  'files.content': 'Content of {name}',
  'files.cut': 'Only the beginning is shown. Download the file to read all of it.',
  'files.notShown': 'The file cannot be shown here. Download it instead.',
  'files.linkFailed': 'The file could not be downloaded. Try again.',
} as const
