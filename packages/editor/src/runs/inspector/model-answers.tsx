import { isJsonObject, type Json } from '@tenon/core/document'
import type { ToolCallRecord } from '@tenon/core/node'
import { useState } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { failureTexts } from '../../messages/coded-texts.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { StatusMark } from '../../ui/status-mark.tsx'
import { formatDuration } from '../format/duration.ts'

/** Name of the tool with which nodes record calls of language models. */
const MODEL_TOOL = 'model'

/** Checks whether a tool call records a response of a language model. */
export function isModelAnswer(call: ToolCallRecord): boolean {
  return call.tool === MODEL_TOOL
}

interface ModelAnswersProps {
  readonly answers: readonly ToolCallRecord[]
  /** True to show the responses at once, since they caused the failure. */
  readonly isOpen: boolean
}

/** Lists the responses of language models in order, each with its faults. */
export function ModelAnswers({ answers, isOpen }: ModelAnswersProps) {
  const { t } = useInstance()
  return (
    <section className="tn-value">
      <h3 className="tn-field-label">{t('runs.inspector.answers', { count: answers.length })}</h3>
      <ol className="tn-attempts">
        {answers.map((call, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: responses are only added at the end
          <Answer key={index} call={call} number={index + 1} startsOpen={isOpen} />
        ))}
      </ol>
    </section>
  )
}

interface AnswerProps {
  readonly call: ToolCallRecord
  readonly number: number
  readonly startsOpen: boolean
}

function Answer({ call, number, startsOpen }: AnswerProps) {
  const { t, locale } = useInstance()
  const [isOpen, setIsOpen] = useState(startsOpen)
  const text = textOf(call.answer)
  return (
    <li className="tn-tool-call">
      <button type="button" className="tn-tool-head" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        <StatusMark status={call.error === undefined ? 'success' : 'failed'} size={14} />
        <span className="tn-tool-name">{t('runs.inspector.answer', { number })}</span>
        <span className="tn-attempt-time">{formatDuration(call.durationMs, t, locale)}</span>
      </button>
      {call.error !== undefined && (
        <p className="tn-attempt-error" dir="auto">
          {failureTexts(call.error, t).why}
        </p>
      )}
      {isOpen && text !== null && (
        <div className="tn-code tn-answer">
          <CopyButton text={() => text} />
          <pre className="tn-mono" dir="auto">
            {text === '' ? t('runs.inspector.answerEmpty') : text}
          </pre>
        </div>
      )}
    </li>
  )
}

function textOf(answer: Json | undefined): string | null {
  if (answer === undefined) return null
  if (typeof answer === 'string') return answer
  if (!isJsonObject(answer) || typeof answer.text !== 'string') return JSON.stringify(answer, null, 2)
  const calls = Array.isArray(answer.toolCalls) ? (answer.toolCalls as readonly Json[]) : []
  return [answer.text, ...calls.map(lineOf)].filter((line) => line !== '').join('\n')
}

/** Returns a tool that the model has called, with the arguments as it has written them. */
function lineOf(call: Json): string {
  return isJsonObject(call) ? `→ ${String(call.name)} ${String(call.arguments)}` : ''
}
