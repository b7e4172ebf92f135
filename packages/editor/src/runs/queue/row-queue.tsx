import type { RunQueue } from '@tenon/core/client'
import { useInstance } from '../../instance/instance-context.ts'
import { QueueTexts } from '../../shell/queue-texts.tsx'
import { queueText } from './queue-text.ts'

/** Line in a row of a list: why the run waits to start, and its position. */
export function RowQueue({ queue }: { readonly queue: RunQueue }) {
  return (
    <QueueTexts>
      <Line queue={queue} />
    </QueueTexts>
  )
}

function Line({ queue }: { readonly queue: RunQueue }) {
  const { t, locale } = useInstance()
  return (
    <span className="tn-runs-queue" dir="auto">
      {queueText(queue, t, locale)}
    </span>
  )
}
