import { jsonEqual, type WorkflowDocument } from '@tenon/core/document'
import { useEffect, useRef } from 'react'
import type { ControlledEditorProps } from '../editor-props.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { startLiveProblems } from '../problems/live-problems.ts'
import type { EditorSession } from '../session/editor-session.ts'

/**
 * Keeps the draft and the host's value in step. A value that equals what was last handed out is an echo and is
 * ignored; any other is taken over as the difference to what is there, outside of the undo history.
 */
export function useControlledDraft(session: EditorSession, props: ControlledEditorProps): void {
  const { value, manifest, readOnly = false } = props
  const latest = useRef(props)
  latest.current = props
  const emitted = useRef<WorkflowDocument | null>(null)
  useEffect(() => {
    const known = session.store.getState().manifest.manifest
    if (known !== manifest && known.hash !== manifest.hash) {
      session.store.setState({ manifest: createManifestIndex(manifest) })
    }
  }, [session, manifest])
  useEffect(() => {
    if (emitted.current !== null && (value === emitted.current || jsonEqual(value, emitted.current))) return
    session.adopt(value)
    emitted.current = value
    session.store.setState({ phase: { kind: 'ready' } })
  }, [session, value])
  useEffect(() => session.store.setState({ isReadOnly: readOnly }), [session, readOnly])
  useEffect(
    () =>
      session.onChange(({ document, operations }) => {
        emitted.current = document
        latest.current.onChange(document, operations)
        latest.current.onEvent?.({ type: 'changed', operations })
      }),
    [session],
  )
  useEffect(() => session.start(), [session])
  useEffect(() => startLiveProblems(session.store), [session])
}
