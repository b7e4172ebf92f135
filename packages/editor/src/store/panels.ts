import { isJsonObject, type Json } from '@tenon/core/document'

/** The panels beside the canvas. */
export type PanelName = 'palette' | 'inspector'

/** One panel beside the canvas; `width` is in pixels and is kept while the panel is closed. */
interface PanelState {
  readonly isOpen: boolean
  readonly width: number
}

export type Panels = Readonly<Record<PanelName, PanelState>>

interface PanelLimits {
  readonly least: number
  readonly most: number
  readonly usual: number
}

/** Widths in pixels that a person can give a panel. */
export const PANEL_LIMITS: Readonly<Record<PanelName, PanelLimits>> = Object.freeze({
  palette: { least: 168, most: 360, usual: 216 },
  inspector: { least: 280, most: 640, usual: 320 },
})

/** Largest width in pixels at which the inspector covers the canvas; the style sheets use the same number. */
export const NARROW_WIDTH = 1_100

export const DEFAULT_PANELS: Panels = Object.freeze({
  palette: { isOpen: true, width: PANEL_LIMITS.palette.usual },
  inspector: { isOpen: true, width: PANEL_LIMITS.inspector.usual },
})

/** Returns the panels with one of them changed; its width is clamped to the limits. */
export function withPanel(panels: Panels, name: PanelName, change: Partial<PanelState>): Panels {
  const before = panels[name]
  const { least, most } = PANEL_LIMITS[name]
  const width = Math.min(most, Math.max(least, Math.round(change.width ?? before.width)))
  return { ...panels, [name]: { isOpen: change.isOpen ?? before.isOpen, width } }
}

/** Reads stored panels; missing or malformed values get their defaults. */
export function panelsFrom(remembered: Json | undefined): Panels {
  let panels = DEFAULT_PANELS
  if (!isJsonObject(remembered)) return panels
  for (const name of ['palette', 'inspector'] as const) {
    const stored = remembered[name]
    if (!isJsonObject(stored)) continue
    const { isOpen, width } = stored
    panels = withPanel(panels, name, {
      ...(typeof isOpen === 'boolean' ? { isOpen } : {}),
      ...(typeof width === 'number' && Number.isFinite(width) ? { width } : {}),
    })
  }
  return panels
}
