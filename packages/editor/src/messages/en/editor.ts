/** Texts of the frame around the canvas: top bar, palette, problems, outline, announcements. */
export const editorMessages = {
  'editor.label': 'Workflow editor',
  'editor.sheetMissing': 'The style sheet @tenon/editor/styles.css is not loaded.',
} as const
