import { type CSSProperties, useEffect, useState } from 'react'
import { useTranslate } from '../instance/instance-context.ts'

export interface SkeletonProps {
  /** Number of lines. @defaultValue 1 */
  readonly lines?: number
  /** Height of a line in pixels. @defaultValue 16 */
  readonly height?: number
  /** Width as a CSS length. @defaultValue '100%' */
  readonly width?: string
}

/**
 * Placeholder for content that is being loaded, at its size. It appears after 300 ms, so that it does not flash for
 * fast responses.
 */
export function Skeleton({ lines = 1, height = 16, width = '100%' }: SkeletonProps) {
  const t = useTranslate()
  const size: CSSProperties = { blockSize: height, inlineSize: width }
  return (
    <div className="tn-skeleton" role="status" aria-label={t('ui.loading')}>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike
        <span key={line} className="tn-skeleton-line" style={size} />
      ))}
    </div>
  )
}

/** Returns `true` once `isOn` has been true for `delayMs`, for spinners that must not flash. */
export function useDelayed(isOn: boolean, delayMs = 300): boolean {
  const [isShown, setIsShown] = useState(false)
  useEffect(() => {
    if (!isOn) return
    const timer = setTimeout(() => setIsShown(true), delayMs)
    return () => {
      clearTimeout(timer)
      setIsShown(false)
    }
  }, [isOn, delayMs])
  return isOn && isShown
}
