/** Texts about the extraction of a sub-workflow in English, as those of `en`. A page loads them with the dialog. */
export const enExtract = {
  'extract.text':
    'The nodes become a workflow of their own, which is published at once. One node that runs it replaces them. You can undo this in the draft; the new workflow stays.',
  'extract.name': 'Name of the new workflow',
  'extract.inputs': 'Input',
  'extract.outputs': 'Output',
  'extract.variables': 'Copied variables',
  'extract.nothing': 'None',
  'extract.submit': 'Extract {count, plural, one {# node} other {# nodes}}',
  'extract.refused': 'These nodes cannot be extracted',
  'extract.failed': 'The nodes were not extracted',
  'extract.unchanged': 'The draft is unchanged.',
  'extract.created':
    'The workflow "{name}" was created, but not published. The draft is unchanged. Try again to publish it, or delete it.',
  'extract.published':
    'The workflow "{name}" was created and published, but it is not used: the draft changed in the meantime. Delete it, or use it in a node.',
  'extract.done': 'Extracted to {name}',
} as const
