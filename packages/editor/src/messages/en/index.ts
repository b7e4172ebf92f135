import { canvasMessages } from './canvas.ts'
import { editorMessages } from './editor.ts'
import { inspectorMessages } from './inspector.ts'
import { runMessages } from './runs.ts'
import { uiMessages } from './ui.ts'

/**
 * Every text of the user interface in English, in ICU message form (`{name}`, `{count, plural, one {…} other {…}}`).
 *
 * Other languages are objects with the same keys; a host hands over the ones that it wants to say differently.
 */
export const en = {
  ...editorMessages,
  ...canvasMessages,
  ...inspectorMessages,
  ...uiMessages,
  ...runMessages,
} as const

/** Names one text of the editor and the run views, for translations. */
export type MessageKey = keyof typeof en

/** A whole language, or the part of it that a host changes. */
export type Messages = Readonly<Record<MessageKey, string>>
