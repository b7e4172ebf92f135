import type { ReactNode } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { usePart } from '../instance/use-part.ts'
import { Button } from './button.tsx'
import { EmptyState } from './empty-state.tsx'

interface LaterPartProps<Part> {
  /** Stable between renders. */
  readonly load: () => Promise<Part>
  /** Stands in the place meanwhile; `trouble` is what to show there when the part does not come. */
  readonly waiting: (trouble: ReactNode) => ReactNode
  readonly children: (part: Part) => ReactNode
}

/** A place for a part of the editor that is fetched when it is first needed, and that may fail to come. */
export function LaterPart<Part>({ load, waiting, children }: LaterPartProps<Part>) {
  const { part, tryNow } = usePart(load)
  if (part !== null) return children(part)
  return waiting(tryNow === null ? null : <PartTrouble onTry={tryNow} />)
}

/** Says that a part has not come, with a button to fetch it now. */
export function PartTrouble({ onTry }: { readonly onTry: () => void }) {
  const t = useTranslate()
  const action = (
    <Button icon="retry" onClick={onTry}>
      {t('part.load')}
    </Button>
  )
  return (
    <div role="alert">
      <EmptyState icon="error" title={t('part.missing')} description={t('part.missingText')} action={action} />
    </div>
  )
}
