import { type ReactNode, useRef } from 'react'
import { HistoryTools } from '../canvas/tool-button.tsx'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore } from '../session/session-context.tsx'
import { LaterPart } from '../ui/later-part.tsx'
import { Skeleton } from '../ui/skeleton.tsx'

// A large screen shows the canvas first.
const loadList = () => import('./outline-list.tsx')

interface OutlineProps {
  /** Buttons at the start of the bar above the list. */
  readonly start?: ReactNode
  /** Buttons at the end of the bar. */
  readonly end?: ReactNode
  readonly children?: ReactNode
}

/**
 * Outline of the workflow as nested lists: the editor on phones, and a second view of the document on larger screens.
 * It can have the focus before its list is loaded.
 */
export function Outline({ start, end, children }: OutlineProps) {
  const t = useTranslate()
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const outline = useRef<HTMLElement>(null)
  const waiting = (trouble: ReactNode) => (
    <div className="tn-outline-scroll">{trouble ?? <Skeleton lines={6} height={40} />}</div>
  )
  return (
    <section ref={outline} className="tn-outline" aria-label={t('outline.label')} tabIndex={-1}>
      <div className="tn-outline-bar">
        {start}
        {!isReadOnly && (
          <div className="tn-outline-tools" role="toolbar" aria-label={t('outline.tools')}>
            <HistoryTools />
          </div>
        )}
        {end}
      </div>
      <LaterPart load={loadList} waiting={waiting}>
        {({ OutlineList }) => <OutlineList outline={outline} />}
      </LaterPart>
      {children}
    </section>
  )
}
