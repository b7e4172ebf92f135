import { ViewportPortal } from '@xyflow/react'
import { useEditorStore } from '../session/session-context.tsx'
import { useZoom } from './use-zoom.ts'

/** Renders the pointers of other users, at the same size at every zoom. */
export function RemoteCursors() {
  const peers = useEditorStore((state) => state.peers)
  const zoom = useZoom()
  const shown = peers.filter((peer) => peer.cursor !== null)
  if (shown.length === 0) return null
  return (
    <ViewportPortal>
      {shown.map((peer) => (
        <span
          key={peer.clientId}
          className="tn-cursor"
          aria-hidden="true"
          style={{
            transform: `translate(${peer.cursor?.x ?? 0}px, ${peer.cursor?.y ?? 0}px) scale(${1 / zoom})`,
            backgroundColor: peer.color,
          }}
        >
          {peer.displayName}
        </span>
      ))}
    </ViewportPortal>
  )
}
