import { useMemo, useState } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { failureTexts } from '../../messages/coded-texts.ts'
import { ModelTexts } from '../../shell/model-texts.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { StatusMark } from '../../ui/status-mark.tsx'
import { showCall } from '../called/call-list.tsx'
import { formatDuration } from '../format/duration.ts'
import { useRunSnapshot } from '../store/use-run.ts'
import type { ModelPartProps } from './model-part.tsx'
import { type AnsweredCall, type ModelTurn, readConversation } from './read-conversation.ts'

/** Length from which a text is shown in part. */
const LONG = 600

/** {@link Conversation} with its texts. */
export function ConversationPart(props: ModelPartProps) {
  return (
    <ModelTexts>
      <Conversation {...props} />
    </ModelTexts>
  )
}

/** Messages to models and their answers in order, each answer with its tools and its fault. */
function Conversation({ scope, nodeRun: { nodeRunId }, answers }: ModelPartProps) {
  const { t } = useInstance()
  const { view } = useRunSnapshot(scope.store)
  const turns = useMemo(() => readConversation(answers, nodeRunId), [answers, nodeRunId])
  return (
    <section className="tn-value" aria-label={t('runs.models.label')}>
      <h3 className="tn-field-label">{t('runs.models.answers', { count: answers.length })}</h3>
      <ol className="tn-attempts">
        {turns.map((turn, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: turns are only added at the end
          <li key={index} className="tn-tool-call">
            {turn.kind === 'message' ? (
              <>
                <p className="tn-muted">{t(`runs.models.role.${turn.role}`)}</p>
                <LongText text={turn.text} />
              </>
            ) : (
              <Answer
                turn={turn}
                number={answers.indexOf(turn.record) + 1}
                called={(call) => view.nodeRuns.get(call.nodeRunId)?.call?.title === call.name}
              />
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}

interface AnswerProps {
  readonly turn: ModelTurn
  readonly number: number
  /** Checks whether a call has a node run. */
  readonly called: (call: AnsweredCall) => boolean
}

function Answer({ turn: { record, model, text, calls }, number, called }: AnswerProps) {
  const { t, locale } = useInstance()
  return (
    <>
      <p className="tn-tool-head">
        <StatusMark status={record.error === undefined ? 'success' : 'failed'} size={14} />
        <span className="tn-tool-name">
          {t('runs.models.answer', { number })} · <bdi>{model}</bdi>
        </span>
        <span className="tn-attempt-time">{formatDuration(record.durationMs, t, locale)}</span>
      </p>
      {record.error !== undefined && (
        <p className="tn-attempt-error" dir="auto">
          {failureTexts(record.error, t).why}
        </p>
      )}
      {record.answer !== undefined && (text !== '' || calls.length === 0) && <LongText text={text} />}
      {calls.length > 0 && (
        <ul className="tn-attempts">
          {calls.map((call, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the calls of an answer do not change
            <li key={index} className="tn-called-details">
              <CallOfTool call={call} hasRun={called(call)} />
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function CallOfTool({ call, hasRun }: { readonly call: AnsweredCall; readonly hasRun: boolean }) {
  const { t } = useInstance()
  return (
    <>
      <code className="tn-tool-name">{call.name}</code>
      <p className="tn-muted">{t('runs.models.arguments')}</p>
      <LongText text={call.args} />
      <p className="tn-muted">{t(call.result === null ? 'runs.models.noResult' : 'runs.models.result')}</p>
      {call.result !== null && <LongText text={call.result} />}
      {hasRun && (
        <button
          type="button"
          className="tn-text-button"
          onClick={(event) => showCall(event.currentTarget, call.nodeRunId)}
        >
          {t('runs.models.show')}
        </button>
      )}
    </>
  )
}

function LongText({ text }: { readonly text: string }) {
  const { t } = useInstance()
  const [isWhole, setIsWhole] = useState(false)
  const isLong = text.length > LONG
  const shown = isLong && !isWhole ? `${text.slice(0, LONG)}…` : text
  return (
    <>
      <div className="tn-code tn-answer">
        <CopyButton text={() => text} />
        <pre className="tn-mono" dir="auto">
          {text === '' ? t('runs.models.empty') : shown}
        </pre>
      </div>
      {isLong && (
        <button type="button" className="tn-text-button" aria-expanded={isWhole} onClick={() => setIsWhole(!isWhole)}>
          {t(isWhole ? 'runs.models.less' : 'runs.models.more')}
        </button>
      )}
    </>
  )
}
