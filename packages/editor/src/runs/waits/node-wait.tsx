import type { WaitView } from '@tenon/core/run'
import { LaterPart } from '../../ui/later-part.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import type { RunScope } from '../store/run-scope.tsx'

export interface NodeWaitProps {
  readonly scope: RunScope
  /** Wait at the selected moment of the run. */
  readonly wait: WaitView
}

// Most node runs do not wait, so the card with its form is loaded for the first one that does.
const loadCard = () => import('./wait-card.tsx')

/** Facts about what a node run waits for, or has waited for, with the button to send an event. */
export function NodeWait(props: NodeWaitProps) {
  return (
    <LaterPart load={loadCard} waiting={(trouble) => trouble ?? <Skeleton lines={3} height={18} />}>
      {({ WaitCard }) => <WaitCard {...props} />}
    </LaterPart>
  )
}
