import type { TenonClient } from '@tenon/core/client'
import type { DocumentOperation, RunId, WorkflowDocument } from '@tenon/core/document'
import type { TenonError } from '@tenon/core/errors'
import type { NodeManifest } from '@tenon/core/node'
import type { ReactNode } from 'react'
import type { KeyBinding } from './contexts/keymap.ts'
import type { ControlComponents } from './inspector/controls/control-props.ts'
import type { SetSecret } from './inspector/controls/secrets-context.ts'
import type { ViewMemory } from './instance/view-memory.ts'
import type { LayoutProvider } from './layout/layout-provider.ts'
import type { InstanceProps } from './shell/instance-root.tsx'

/** What an editor tells its host; nothing of it needs an answer. */
export type EditorEvent =
  | { readonly type: 'changed'; readonly operations: readonly DocumentOperation[] }
  | { readonly type: 'published'; readonly version: string }
  | { readonly type: 'run-started'; readonly runId: RunId; readonly mode: 'live' | 'test' }
  /** Transport of the draft; `error` says why no WebSocket can be opened, and the remedy. */
  | { readonly type: 'connection'; readonly transport: 'socket' | 'http'; readonly error: TenonError | null }
  /**
   * Changes wait for a lost connection (`true`), or none waits any more (`false`). Also sent after the editor was
   * unmounted, while its last changes are still being sent: a host can keep a person on the page until then.
   */
  | { readonly type: 'unsaved'; readonly isWaiting: boolean }
  /** After the editor was unmounted, the server refused its last changes; `operations` are all that is left of them. */
  | { readonly type: 'lost'; readonly operations: readonly DocumentOperation[]; readonly error: unknown }
  | { readonly type: 'failed'; readonly error: unknown }

/** What both kinds of editor take. All of it may be written inline: new objects each time do no harm. */
export interface CommonEditorProps extends InstanceProps {
  /** Nothing can be changed, whatever the role says. */
  readonly readOnly?: boolean
  /** Where the workflow stands in the host: a link back. */
  readonly breadcrumb?: ReactNode
  /** The host's own actions in the top bar. */
  readonly actions?: ReactNode
  /** The least height in pixels, whatever the parent has. @defaultValue 480 */
  readonly minHeightPx?: number
  /** Arranges nodes for "Tidy up". @defaultValue in a worker, else in the page */
  readonly layout?: LayoutProvider
  /** Keys in place of the default ones of the same actions. */
  readonly keymap?: readonly KeyBinding[]
  /** Controls for params whose schema names one of these in `.meta({ control })`. */
  readonly controls?: ControlComponents
  /**
   * Remembers panels, the part in view and the selection for this person; `null` remembers nothing.
   *
   * @defaultValue the browser's: panels in `localStorage`, what belongs to one workflow in `sessionStorage`, under
   * keys that begin with `tenon.`
   */
  readonly viewMemory?: ViewMemory | null
  /**
   * Puts the focus on the canvas once the workflow is loaded.
   *
   * @defaultValue only when the editor takes up most of the window and nothing on the page has the focus
   */
  readonly autoFocus?: boolean
  /** Called after a change, a publication, a started run, a new or lost connection, or an error. */
  readonly onEvent?: (event: EditorEvent) => void
}

/** The draft of a server, edited together with others. */
export interface ConnectedEditorProps extends CommonEditorProps {
  /** Client of the server that stores the draft; create it outside of render functions. */
  readonly client: TenonClient
  /** Workflow to edit; another id opens its draft in place of this one. */
  readonly workflowId: string
  /** Shows this published version, read only, in place of the draft. */
  readonly version?: string
  /** Opens a run on a page of the host. Without it, the editor shows no button for that. */
  readonly onOpenRun?: (runId: RunId) => void
}

/** A document that the host holds. */
export interface ControlledEditorProps extends CommonEditorProps {
  /** Document to show; pass the one that `onChange` received last. */
  readonly value: WorkflowDocument
  /** Called once for each command, and for typed text after a pause of 300 ms. */
  readonly onChange: (next: WorkflowDocument, operations: readonly DocumentOperation[]) => void
  /** Node types that the document may use, from `client.nodeManifest()` or a registry of the host. */
  readonly manifest: NodeManifest
  /** Name of the workflow in the top bar. */
  readonly name?: string
  /**
   * Stores the value of a secret param where the host keeps secrets, and answers the marker for the document. Without
   * it, secrets can be removed but not set.
   */
  readonly onSetSecret?: SetSecret
}

/** Props of the editor: connected to a server, or controlled by the host with a document of its own. */
export type WorkflowEditorProps = ConnectedEditorProps | ControlledEditorProps

export function isConnected(props: WorkflowEditorProps): props is ConnectedEditorProps {
  return 'client' in props
}
