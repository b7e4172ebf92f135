import type { DocumentOperation } from '@tenon/core/document'
import { type ReactNode, useCallback, useRef, useState } from 'react'
import { PresenceContext } from './contexts/presence-context.ts'
import { SecretsContext, type SetSecret } from './contexts/secrets-context.ts'
import { useTenantWorkflows } from './contexts/use-tenant-workflows.ts'
import { WorkflowsContext } from './contexts/workflows-context.ts'
import { UnsavedDialog } from './draft/unsaved-dialog.tsx'
import { useConnectedDraft } from './draft/use-connected-draft.ts'
import { useControlledDraft } from './draft/use-controlled-draft.ts'
import { useStoredDetails } from './draft/use-stored-details.ts'
import { useWorkflowChanges } from './draft/use-workflow-changes.ts'
import { EditorFrame } from './editor-frame.tsx'
import {
  type ConnectedEditorProps,
  type ControlledEditorProps,
  isConnected,
  type WorkflowEditorProps,
} from './editor-props.ts'
import { type ListMembers, MembersContext } from './inspector/controls/members-context.ts'
import { useInstance } from './instance/instance-context.ts'
import { en } from './messages/en/en.ts'
import { createEditorSession } from './session/session.ts'
import { SessionProvider } from './session/session-context.tsx'
import type { EditorSession } from './session/session-types.ts'
import { WorkflowDetailsContext } from './session/workflow-details.ts'
import { InstanceRoot } from './shell/instance-root.tsx'
import { useServerChecks } from './use-server-checks.ts'

/**
 * The workflow editor: canvas, palette, inspector, problems and runs of one draft.
 *
 * With `client` and `workflowId` it edits the draft of a server together with other users; with `value`, `onChange` and
 * `manifest` it edits a document of the host. It fills its parent, which must have a height; `minHeightPx` is the
 * minimum. A page may have any number of editors.
 *
 * @example
 * ```tsx
 * <WorkflowEditor client={client} workflowId="wf_1" theme="system" />
 * ```
 *
 * @public
 */
export function WorkflowEditor(props: WorkflowEditorProps): ReactNode {
  const { theme, dir, locale, messages, nonce, attribution, closeOnBack, pdf, className, minHeightPx } = props
  const style =
    minHeightPx === undefined ? props.style : { ['--tn-min-height' as string]: `${minHeightPx}px`, ...props.style }
  const hostProps = defined({ theme, dir, locale, messages, nonce, attribution, closeOnBack, pdf, className, style })
  const label = messages?.['editor.label'] ?? en['editor.label']
  return (
    <InstanceRoot {...hostProps} isEditor label={label} placeholder={<Placeholder />}>
      {isConnected(props) ? (
        <ConnectedEditor key={`${props.workflowId}@${props.version ?? 'draft'}`} {...props} />
      ) : (
        <ControlledEditor {...props} />
      )}
    </InstanceRoot>
  )
}

function useEditorSession(): EditorSession {
  const { t } = useInstance()
  const translate = useRef(t)
  translate.current = t
  const [session] = useState(() => createEditorSession({ translate: () => translate.current }))
  return session
}

function ControlledEditor(props: ControlledEditorProps): ReactNode {
  const session = useEditorSession()
  useControlledDraft(session, props)
  return (
    <SessionProvider session={session}>
      <SecretsContext.Provider value={props.onSetSecret ?? null}>
        <EditorFrame host={props} onRetry={null} />
      </SecretsContext.Provider>
    </SessionProvider>
  )
}

/** Renders the editor of a draft on a server; a new session replaces the old one if the draft is replaced. */
function ConnectedEditor(props: ConnectedEditorProps): ReactNode {
  const [life, setLife] = useState<DraftLife>(FIRST_LIFE)
  return (
    <ConnectedSession
      key={life.count}
      props={props}
      carried={life.carried}
      onRebased={(carried) => setLife(({ count }) => ({ count: count + 1, carried }))}
    />
  )
}

interface DraftLife {
  readonly count: number
  /** Changes that were not stored when the last session ended. */
  readonly carried: readonly DocumentOperation[]
}

const FIRST_LIFE: DraftLife = Object.freeze({ count: 0, carried: [] })

interface ConnectedSessionProps {
  readonly props: ConnectedEditorProps
  readonly carried: readonly DocumentOperation[]
  readonly onRebased: (unsaved: readonly DocumentOperation[]) => void
}

function ConnectedSession({ props, carried, onRebased }: ConnectedSessionProps): ReactNode {
  const session = useEditorSession()
  const { presence, retry, unsaved, discardUnsaved } = useConnectedDraft({ session, props, carried, onRebased })
  const { client, workflowId, version } = props
  const details = useStoredDetails(session, client, workflowId)
  useWorkflowChanges({ session, client, workflowId, version, details, onRestored: retry })
  useServerChecks({ store: session.store, client, workflowId, isDraft: version === undefined })
  const setSecret = useCallback<SetSecret>(
    (secret) => client.drafts.setSecret(workflowId, secret),
    [client, workflowId],
  )
  const listMembers = useCallback<ListMembers>((search, options) => client.members.list(search, options), [client])
  const workflows = useTenantWorkflows(props)
  return (
    <SessionProvider session={session}>
      <PresenceContext.Provider value={presence}>
        <WorkflowDetailsContext.Provider value={details}>
          <SecretsContext.Provider value={setSecret}>
            <MembersContext.Provider value={listMembers}>
              <WorkflowsContext.Provider value={workflows}>
                <EditorFrame host={props} onRetry={retry} />
              </WorkflowsContext.Provider>
            </MembersContext.Provider>
          </SecretsContext.Provider>
          {unsaved !== null && <UnsavedDialog work={unsaved} onClose={discardUnsaved} />}
        </WorkflowDetailsContext.Provider>
      </PresenceContext.Provider>
    </SessionProvider>
  )
}

function Placeholder(): ReactNode {
  return (
    <div className="tn-placeholder" aria-hidden="true">
      <div className="tn-placeholder-bar" />
      <div className="tn-placeholder-palette" />
      <div className="tn-placeholder-canvas" />
    </div>
  )
}

type Defined<Shape> = { [Key in keyof Shape]?: Exclude<Shape[Key], undefined> }

function defined<Shape extends object>(shape: Shape): Defined<Shape> {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as Defined<Shape>
}
