import { useMemo } from 'react'
import { CanvasPopup } from '../canvas/canvas-popup.tsx'
import type { CanvasSlot } from '../contexts/canvas-handle.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { NodePicker } from './node-picker.tsx'

/** List of node types that opens with `/`, on an edge, or at the end of a released connection. */
export function QuickAdd({ canvas }: { readonly canvas: CanvasSlot }) {
  const t = useTranslate()
  const { store, dispatch } = useSession()
  const request = useEditorStore((state) => state.quickAdd)
  const latest = useEditorStore((state) => state.manifest.latest)
  const kind = request?.placement.kind
  const entries = useMemo(() => {
    if (kind === undefined || kind === 'at') return latest
    // A node after another one needs an input, and a node before another one needs a port.
    return latest.filter((entry) => (kind === 'before' ? entry.ports.length > 0 : entry.inputs.length > 0))
  }, [latest, kind])
  if (request === null) return null
  const close = () => {
    store.setState({ quickAdd: null })
    canvas.current?.focus()
  }
  return (
    <CanvasPopup label={t('palette.quickAdd')} at={request.at} onClose={close}>
      <NodePicker
        entries={entries}
        onPick={(entry) => {
          close()
          const result = dispatch({ type: 'add-node', nodeType: entry.type, placement: request.placement })
          const [added] = result.ok ? result.selected : []
          if (added !== undefined) canvas.current?.revealIfHidden(added)
        }}
      />
    </CanvasPopup>
  )
}
