/** Texts of the inspector and its fields. */
export const inspectorMessages = {
  'inspector.label': 'Inspector',
} as const
