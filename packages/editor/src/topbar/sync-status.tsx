import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore } from '../session/session-context.tsx'

/** Whether the last change is safe: saved, on its way, or waiting for the network. */
export function SyncStatus() {
  const t = useTranslate()
  const sync = useEditorStore((state) => state.sync)
  if (sync === 'local') return null
  return (
    <span className="tn-sync" data-sync={sync} role="status" title={t(`sync.${sync}Hint`)}>
      {t(`sync.${sync}`)}
    </span>
  )
}
