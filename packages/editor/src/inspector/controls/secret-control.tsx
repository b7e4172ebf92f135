import { isMissingSecret, type Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { type KeyboardEvent, useContext, useEffect, useRef, useState } from 'react'
import { SecretsContext } from '../../contexts/secrets-context.ts'
import { useInstance } from '../../instance/instance-context.ts'
import type { ParamField } from '../../manifest/param-field.ts'
import { failureTexts } from '../../messages/coded-texts.ts'
import { secretLabel } from '../../runs/format/secret-label.ts'
import { useSession } from '../../session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import type { ControlProps } from './control-props.ts'

/**
 * Control for a secret, which can be set, replaced and removed, never read. The value is sent to the server only; the
 * document gets the marker that the server returns.
 */
export function SecretControl({ nodeId, field, value, onChange, isReadOnly }: ControlProps) {
  const { t, locale } = useInstance()
  const { text, type, save, state, reset } = useSecret(nodeId, field, onChange)
  const [isReplacing, setIsReplacing] = useState(false)
  const isSet = value !== undefined && value !== '' && !isMissingSecret(value)
  if (isSet && !isReplacing) {
    return (
      <div className="tn-secret">
        <span className="tn-secret-state" dir="auto">
          {secretLabel(value, t, locale)}
        </span>
        {!isReadOnly && (
          <>
            <Button size="s" onClick={() => setIsReplacing(true)}>
              {t('control.secret.replace')}
            </Button>
            <Button size="s" variant="ghost" onClick={() => onChange(undefined)}>
              {t('control.secret.remove')}
            </Button>
          </>
        )}
      </div>
    )
  }
  if (save === null) return <p className="tn-muted">{t('control.secret.unavailable')}</p>
  const submit = async (): Promise<void> => {
    if (await save()) setIsReplacing(false)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    void submit()
  }
  return (
    <div className="tn-secret">
      <TextInput
        type="password"
        autoComplete="off"
        value={text}
        placeholder={field.meta.placeholder ?? t('control.secret.placeholder')}
        disabled={isReadOnly || state.isSaving}
        onChange={type}
        onKeyDown={onKeyDown}
      />
      <Button size="s" busy={state.isSaving} disabled={isReadOnly || text === ''} onClick={() => void submit()}>
        {t('control.secret.save')}
      </Button>
      {isReplacing && (
        <Button
          size="s"
          variant="ghost"
          onClick={() => {
            reset()
            setIsReplacing(false)
          }}
        >
          {t('control.secret.cancel')}
        </Button>
      )}
      {state.fault !== null && (
        <p className="tn-secret-fault" role="alert">
          {state.fault}
        </p>
      )}
    </div>
  )
}

interface SavingState {
  readonly isSaving: boolean
  readonly fault: string | null
}

const IDLE: SavingState = { isSaving: false, fault: null }

function useSecret(nodeId: string, { name: param, title }: ParamField, onChange: (value: Json) => void) {
  const { t } = useInstance()
  const { toast } = useAnnouncer()
  const session = useSession()
  const setSecret = useContext(SecretsContext)
  const [text, setText] = useState('')
  const [state, setState] = useState<SavingState>(IDLE)
  const hasLeft = useRef(false)
  const save = async (): Promise<boolean> => {
    const node = session.read().nodes.find((candidate) => candidate.id === nodeId)
    if (setSecret === null || node === undefined || text === '' || state.isSaving) return false
    setState({ isSaving: true, fault: null })
    try {
      const { type: nodeType, typeVersion } = node
      onChange({ ...(await setSecret({ nodeType, typeVersion, param, value: text })) })
      setText('')
      setState(IDLE)
      return true
    } catch (error) {
      const fault = error instanceof TenonError ? failureTexts(error, t).why : t('control.secret.failed')
      setState({ isSaving: false, fault })
      // The field that would show the reason is gone, and the value with it.
      if (hasLeft.current) toast(t('control.secret.lost', { param: title, why: fault }), { tone: 'failed' })
      return false
    }
  }
  // A typed value that is not saved survives closing the panel.
  const leaving = useRef(save)
  leaving.current = save
  useEffect(() => {
    hasLeft.current = false
    return () => {
      hasLeft.current = true
      void leaving.current()
    }
  }, [])
  return {
    text,
    type: setText,
    save: setSecret === null ? null : save,
    state,
    reset: () => {
      setText('')
      setState(IDLE)
    },
  }
}
