import type { TenonClient } from '@tenon/core/client'
import type { DocumentOperation, RunId, WorkflowDocument, WorkflowId } from '@tenon/core/document'
import type { TenonError } from '@tenon/core/errors'
import type { NodeManifest } from '@tenon/core/node'
import type { ReactNode } from 'react'
import type { KeyBinding } from './contexts/keymap.ts'
import type { SetSecret } from './contexts/secrets-context.ts'
import type { ControlComponents } from './inspector/controls/control-props.ts'
import type { ViewMemory } from './instance/view-memory.ts'
import type { LayoutProvider } from './layout/layout-provider.ts'
import type { InstanceProps } from './shell/instance-root.tsx'

/** Events that an editor reports to its host. */
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

/** Props of both kinds of editor. They may be written inline: new objects on each render have no cost. */
export interface CommonEditorProps extends InstanceProps {
  /** Prevents all changes, for any role. @defaultValue false */
  readonly readOnly?: boolean
  /** Link to the page of the host that contains the workflow. */
  readonly breadcrumb?: ReactNode
  /** Actions of the host in the top bar. */
  readonly actions?: ReactNode
  /** Least height in pixels, for any height of the parent. @defaultValue 480 */
  readonly minHeightPx?: number
  /** Arranges nodes for "Tidy up". @defaultValue in a worker, else in the page */
  readonly layout?: LayoutProvider
  /** Key bindings that replace the default ones of the same actions. */
  readonly keymap?: readonly KeyBinding[]
  /** Controls for params whose schema names one of these in `.meta({ control })`. */
  readonly controls?: ControlComponents
  /**
   * Storage of panels, viewport and selection of this person; `null` stores nothing.
   *
   * @defaultValue that of the browser: panels in `localStorage`, data of one workflow in `sessionStorage`, under keys
   * that begin with `tenon.`
   */
  readonly viewMemory?: ViewMemory | null
  /**
   * Puts the focus on the canvas once the workflow is loaded.
   *
   * @defaultValue only if the editor fills most of the window and no element has the focus
   */
  readonly autoFocus?: boolean
  /** Called after a change, a publication, a started run, a new or lost connection, or an error. */
  readonly onEvent?: (event: EditorEvent) => void
}

/** Props of an editor for a draft on a server, shared with other users. */
export interface ConnectedEditorProps extends CommonEditorProps {
  /** Client of the server that stores the draft; create it outside of render functions. */
  readonly client: TenonClient
  /** Workflow to edit; another id opens its draft instead. */
  readonly workflowId: string
  /** Shows this published version, read-only, instead of the draft. */
  readonly version?: string
  /** Opens a run on a page of the host. Without it, the editor shows no button for that. */
  readonly onOpenRun?: (runId: RunId) => void
  /**
   * Opens a workflow on a page of the host, such as one that a node runs. Without it, the editor shows no button for that.
   */
  readonly onOpenWorkflow?: (workflowId: WorkflowId) => void
  /** Opens the list of approvals on a page of the host. Without it, a run that waits has no link to that list. */
  readonly onOpenApprovals?: () => void
}

/** Props of an editor for a document of the host. */
export interface ControlledEditorProps extends CommonEditorProps {
  /** Document to show; pass the last one from `onChange`. */
  readonly value: WorkflowDocument
  /** Called once for each command, and for typed text after a pause of 300 ms. */
  readonly onChange: (next: WorkflowDocument, operations: readonly DocumentOperation[]) => void
  /** Node types that the document may use, from `client.nodeManifest()` or a registry of the host. */
  readonly manifest: NodeManifest
  /** Name of the workflow in the top bar. */
  readonly name?: string
  /**
   * Stores the value of a secret param in the secret store of the host and returns the marker for the document. Without
   * it, secrets can be removed but not set.
   */
  readonly onSetSecret?: SetSecret
}

/** Props of the editor: connected to a server, or controlled by the host with a document of its own. */
export type WorkflowEditorProps = ConnectedEditorProps | ControlledEditorProps

export function isConnected(props: WorkflowEditorProps): props is ConnectedEditorProps {
  return 'client' in props
}
