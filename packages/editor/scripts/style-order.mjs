// Comes before React Flow's own sheet, which it must not undo.
export const FIRST_SHEET = 'host-guard.css'

// The sheets of src/styles in the order that they have in dist/styles.css; add yours at the end of its group.
export const STYLE_ORDER = [
  'tokens.css',
  'base.css',
  // ui
  'button.css',
  'form.css',
  'overlay.css',
  'feedback.css',
  // runs
  'run-data.css',
  'run-timeline.css',
  'run-loop.css',
  'run-log.css',
  'run-form.css',
  'run-list.css',
  'run-approval.css',
  'run-calls.css',
  'run-parked.css',
  'run-viewer.css',
  'run-queue.css',
  'run-files.css',
  'run-document.css',
  // editor
  'layout.css',
  'panels.css',
  'topbar.css',
  'palette.css',
  'canvas.css',
  'canvas-card.css',
  'canvas-edge.css',
  'canvas-far.css',
  'canvas-loop.css',
  'expression.css',
  'inspector.css',
  'sub-workflow.css',
  'connections.css',
  'data-tables.css',
  'triggers.css',
  'outline.css',
  'versions.css',
]
