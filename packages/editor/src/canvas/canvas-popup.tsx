import type { Position } from '@tenon/core/document'
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react'
import { useCloseOnBack } from '../instance/use-close-on-back.ts'

interface CanvasPopupProps {
  readonly label: string
  /** Position on the page; `null` for the upper middle of the canvas. */
  readonly at: Position | null
  readonly onClose: () => void
  readonly children: ReactNode
}

const MARGIN = 8

/** A small panel over the canvas that closes on Escape, on Back, and when the focus leaves it. */
export function CanvasPopup({ label, at, onClose, children }: CanvasPopupProps) {
  useCloseOnBack(true, onClose)
  const panel = useRef<HTMLDivElement>(null)
  const [position, setPosition] = useState<Position | null>(null)
  useLayoutEffect(() => {
    const element = panel.current
    const canvas = element?.parentElement?.getBoundingClientRect()
    if (element === null || canvas === undefined) return
    const { offsetWidth: width, offsetHeight: height } = element
    const wanted =
      at === null
        ? { x: (canvas.width - width) / 2, y: canvas.height * 0.16 }
        : { x: at.x - canvas.x, y: at.y - canvas.y }
    setPosition({
      x: Math.max(MARGIN, Math.min(wanted.x, canvas.width - width - MARGIN)),
      y: Math.max(MARGIN, Math.min(wanted.y, canvas.height - height - MARGIN)),
    })
  }, [at])
  // Until it is positioned it is invisible but focusable, since its content requests the focus before that.
  return (
    <div
      ref={panel}
      role="dialog"
      aria-label={label}
      className="tn-canvas-popup"
      style={position === null ? { opacity: 0 } : { left: position.x, top: position.y }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose()
        event.stopPropagation()
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) onClose()
      }}
      onPointerDown={(event) => event.stopPropagation()}
      onWheel={(event) => event.stopPropagation()}
    >
      {children}
    </div>
  )
}
