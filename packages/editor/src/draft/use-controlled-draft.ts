import { jsonEqual, parseDocument, type WorkflowDocument } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { NodeManifest } from '@tenon/core/node'
import { useEffect, useRef } from 'react'
import type { ControlledEditorProps } from '../editor-props.ts'
import { callHost } from '../instance/call-host.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { startLiveProblems } from '../problems/live-problems.ts'
import type { EditorSession } from '../session/session-types.ts'

const MOST_AWAITED = 32

/**
 * Syncs the draft with the value of the host. A value that equals one passed to `onChange` is an echo and is ignored;
 * any other is applied as the difference to the draft, outside of the undo history.
 */
export function useControlledDraft(session: EditorSession, props: ControlledEditorProps): void {
  const { value, manifest, readOnly = false } = props
  const latest = useRef(props)
  latest.current = props
  /** Values passed to `onChange` that the host has not passed back yet, oldest first. */
  const awaited = useRef<readonly WorkflowDocument[]>([])
  const taken = useRef<WorkflowDocument | null>(null)
  /** The value that was rejected last, reported once. */
  const refused = useRef<{ readonly value: unknown } | null>(null)
  useEffect(() => {
    try {
      takeManifest(session, manifest)
      const echo = awaited.current.findIndex((document) => document === value || jsonEqual(document, value))
      if (echo >= 0) {
        // A slow host has yet to pass back the later values.
        awaited.current = awaited.current.slice(echo + 1)
      } else if (taken.current === null || !jsonEqual(taken.current, value)) {
        session.adopt(parseDocument(value))
        awaited.current = []
        taken.current = value
      }
      if (session.store.getState().phase.kind !== 'ready') session.store.setState({ phase: { kind: 'ready' } })
      refused.current = null
    } catch (error) {
      session.store.setState({ phase: { kind: 'failed', error } })
      if (refused.current === null || refused.current.value !== value)
        callHost(latest.current.onEvent, { type: 'failed', error })
      refused.current = { value }
    }
  }, [session, manifest, value])
  useEffect(() => session.store.setState({ isReadOnly: readOnly }), [session, readOnly])
  useEffect(
    () =>
      session.onChange(({ document, operations }) => {
        awaited.current = [...awaited.current.slice(-MOST_AWAITED), document]
        taken.current = document
        callHost(latest.current.onChange, document, operations)
        callHost(latest.current.onEvent, { type: 'changed', operations })
      }),
    [session],
  )
  useEffect(() => session.start(), [session])
  useEffect(() => startLiveProblems(session.store, session.translate), [session])
}

function takeManifest({ store }: EditorSession, manifest: NodeManifest): void {
  const known = store.getState().manifest.manifest
  if (known === manifest) return
  try {
    if (known.hash !== manifest.hash) store.setState({ manifest: createManifestIndex(manifest) })
  } catch (cause) {
    throw new TenonError('OPTIONS_INVALID', 'The prop `manifest` is not a manifest of node types', { cause })
  }
}
