import type { ReactNode } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { usePart } from '../instance/use-part.ts'
import { Button } from './button.tsx'
import { EmptyState } from './empty-state.tsx'

interface LaterPartProps<Part> {
  /** Stable between renders. */
  readonly load: () => Promise<Part>
  /** Renders the placeholder; `trouble` is the message if the part cannot be loaded. */
  readonly waiting: (trouble: ReactNode) => ReactNode
  readonly children: (part: Part) => ReactNode
}

/** Part of the editor that is loaded on first use, with a placeholder and a message if that fails. */
export function LaterPart<Part>({ load, waiting, children }: LaterPartProps<Part>) {
  const { part, tryNow } = usePart(load)
  if (part !== null) return children(part)
  return waiting(tryNow === null ? null : <PartTrouble onTry={tryNow} />)
}

/** Message for a part that could not be loaded, with a button to try again. */
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
