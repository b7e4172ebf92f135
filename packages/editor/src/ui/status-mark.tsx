import type { NodeStatus } from '@tenon/core/run'
import { Icon } from './icon.tsx'
import type { IconName } from './icons.ts'

/** Status of a node run as it is shown. A `parked` one has failed and waits for a person. */
export type ShownStatus = NodeStatus | 'parked'

const GLYPHS: Readonly<Record<ShownStatus, IconName | null>> = {
  idle: null,
  running: null,
  retry: 'retry',
  waiting: 'clock',
  parked: 'attention',
  success: 'check',
  failed: 'close',
  skipped: 'minus',
  compensated: 'undo',
  canceled: 'stop',
}

export interface StatusMarkProps {
  readonly status: ShownStatus
  /** Accessible name of the status; without it the mark is decorative. */
  readonly label?: string
  /** Pixels. @defaultValue 18 */
  readonly size?: 14 | 18
}

/** Round mark with the status of a node run: a shape for each status, not only a color. */
export function StatusMark({ status, label, size = 18 }: StatusMarkProps) {
  const glyph = GLYPHS[status]
  const accessible = label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label, title: label }
  return (
    <span className="tn-status-mark" data-status={status} data-size={size} {...accessible}>
      {glyph !== null && <Icon name={glyph} size={size === 18 ? 12 : 10} />}
    </span>
  )
}
