import { jsonEqual, type WorkflowDocument } from '@tenon/core/document'
import { useEffect, useRef } from 'react'
import type { ControlledEditorProps } from '../editor-props.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { startLiveProblems } from '../problems/live-problems.ts'
import type { EditorSession } from '../session/editor-session.ts'

const MOST_AWAITED = 32

/**
 * Keeps the draft and the host's value in step. A value that equals what was last handed out is an echo and is
 * ignored; any other is taken over as the difference to what is there, outside of the undo history.
 */
export function useControlledDraft(session: EditorSession, props: ControlledEditorProps): void {
  const { value, manifest, readOnly = false } = props
  const latest = useRef(props)
  latest.current = props
  /** What was handed out and has not come back yet, oldest first. */
  const awaited = useRef<readonly WorkflowDocument[]>([])
  const taken = useRef<WorkflowDocument | null>(null)
  useEffect(() => {
    const known = session.store.getState().manifest.manifest
    if (known !== manifest && known.hash !== manifest.hash) {
      session.store.setState({ manifest: createManifestIndex(manifest) })
    }
  }, [session, manifest])
  useEffect(() => {
    const echo = awaited.current.findIndex((document) => document === value || jsonEqual(document, value))
    if (echo >= 0) {
      // A host may be slow: what was handed out after this one is still to come.
      awaited.current = awaited.current.slice(echo + 1)
      return
    }
    if (taken.current !== null && jsonEqual(taken.current, value)) return
    session.adopt(value)
    awaited.current = []
    taken.current = value
    session.store.setState({ phase: { kind: 'ready' } })
  }, [session, value])
  useEffect(() => session.store.setState({ isReadOnly: readOnly }), [session, readOnly])
  useEffect(
    () =>
      session.onChange(({ document, operations }) => {
        awaited.current = [...awaited.current.slice(-MOST_AWAITED), document]
        taken.current = document
        latest.current.onChange(document, operations)
        latest.current.onEvent?.({ type: 'changed', operations })
      }),
    [session],
  )
  useEffect(() => session.start(), [session])
  useEffect(() => startLiveProblems(session.store), [session])
}
