/** Texts on the canvas. */
export const canvasMessages = {
  'canvas.label': 'Canvas',
} as const
