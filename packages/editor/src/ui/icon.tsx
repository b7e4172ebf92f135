import { ICONS, type IconName } from './icons.ts'

export interface IconProps {
  /** One of the interface's icons, or path data on a 24 grid from a manifest. */
  readonly name?: IconName
  readonly path?: string
  /** Pixels. @defaultValue 16 */
  readonly size?: number
}

/** Draws an icon as strokes in the color of the text around it; decorative, so label its control. */
export function Icon({ name, path, size = 16 }: IconProps) {
  return (
    <svg
      className="tn-icon"
      viewBox="0 0 24 24"
      width={size}
      height={size}
      // A style of the host for every svg would override the attributes.
      style={{ ['--tn-icon' as string]: `${size}px` }}
      aria-hidden="true"
      focusable="false"
    >
      <path d={name === undefined ? (path ?? '') : ICONS[name]} />
    </svg>
  )
}
