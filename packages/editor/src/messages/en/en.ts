import { canvasMessages } from './canvas.ts'
import { editorMessages } from './editor.ts'
import { inspectorMessages } from './inspector.ts'
import { uiMessages } from './ui.ts'
import { versionMessages } from './versions.ts'

/**
 * Texts of the editor in English, in ICU message form (`{name}`, `{count, plural, one {…} other {…}}`). Those of the run
 * views are in `enRuns`, which a page loads with its first run view.
 *
 * Other languages are objects with the same keys; a host passes the texts that it replaces, of both tables in one object.
 */
export const en = {
  ...editorMessages,
  ...canvasMessages,
  ...inspectorMessages,
  ...uiMessages,
  ...versionMessages,
} as const
