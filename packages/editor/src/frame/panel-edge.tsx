import { type KeyboardEvent, type PointerEvent, useRef } from 'react'
import { useInstance } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { PANEL_LIMITS, type PanelName, withPanel } from '../store/panels.ts'

const STEP = 16

/** Edge between a panel and the canvas: drag it or use the arrow keys to resize, double-click to reset. */
export function PanelEdge({ panel }: { readonly panel: PanelName }) {
  const { t, dir } = useInstance()
  const { store } = useSession()
  const { isOpen, width } = useEditorStore((state) => state.panels[panel])
  const drag = useRef<{ readonly x: number; readonly width: number } | null>(null)
  if (!isOpen) return null
  const { least, most, usual } = PANEL_LIMITS[panel]
  const resize = (next: number) =>
    store.setState(({ panels }) => ({ panels: withPanel(panels, panel, { width: next }) }))
  // The palette grows in reading direction, the inspector against it.
  const sign = (panel === 'palette' ? 1 : -1) * (dir === 'rtl' ? -1 : 1)
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? STEP : event.key === 'ArrowLeft' ? -STEP : 0
    const next = event.key === 'Home' ? least : event.key === 'End' ? most : width + step * sign
    if (next === width) return
    event.preventDefault()
    event.stopPropagation()
    resize(next)
  }
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    drag.current = { x: event.clientX, width }
  }
  const onPointerMove = (event: PointerEvent) => {
    const start = drag.current
    if (start !== null) resize(start.width + (event.clientX - start.x) * sign)
  }
  const onPointerEnd = () => {
    drag.current = null
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that is moved has a value, which hr cannot have
    <div
      className="tn-panel-edge"
      data-panel={panel}
      role="separator"
      aria-orientation="vertical"
      aria-label={t(`panel.${panel}Width`)}
      aria-valuenow={width}
      aria-valuemin={least}
      aria-valuemax={most}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerEnd}
      onPointerCancel={onPointerEnd}
      onDoubleClick={() => resize(usual)}
    />
  )
}
