import type { ToolCallRecord } from '@tenon/core/node'
import type { NodeRunView } from '@tenon/core/run'
import { LaterPart } from '../../ui/later-part.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import type { LoggedToolCall } from '../inspector/node-log.ts'
import type { RunScope } from '../store/run-scope.tsx'

/** Checks whether a tool call records a response of a language model. */
export function isModelAnswer(call: ToolCallRecord): boolean {
  return call.tool === 'model'
}

export interface ModelPartProps {
  readonly scope: RunScope
  readonly nodeRun: NodeRunView
  readonly answers: readonly LoggedToolCall[]
}

// Most nodes ask no model, so the conversation is loaded with the first one that does.
const loadConversation = () => import('./conversation.tsx')

/** Conversation of a node run with models. */
export function ModelPart(props: ModelPartProps) {
  return (
    <LaterPart load={loadConversation} waiting={(trouble) => trouble ?? <Skeleton lines={3} height={34} />}>
      {({ ConversationPart }) => <ConversationPart {...props} />}
    </LaterPart>
  )
}
