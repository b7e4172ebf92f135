import { humanize, isJsonObject, type Json } from '@tenon/core/document'
import { useTranslate } from '../../instance/instance-context.ts'
import { Facts } from '../../ui/facts.tsx'
import { isBranch, wordsOf } from '../json/json-model.ts'
import { JsonTree } from '../json/json-tree.tsx'

/** Evidence of an approval: fields as facts, nested values as a tree. */
export function Evidence({ value }: { readonly value: Json }) {
  const t = useTranslate()
  if (value === null) return null
  if (!isJsonObject(value)) {
    return isBranch(value) ? (
      <JsonTree value={value} label={t('runs.approval.evidence')} />
    ) : (
      <p className="tn-approval-message" dir="auto">
        {wordsOf(value)}
      </p>
    )
  }
  const members = Object.entries(value)
  if (members.length === 0) return null
  return (
    <div className="tn-evidence">
      <Facts
        facts={members.map(([key, member]) => ({
          label: humanize(key),
          value: isNested(member) ? <JsonTree value={member} label={humanize(key)} /> : wordsOf(member),
        }))}
      />
    </div>
  )
}

function isNested(value: Json): boolean {
  return isBranch(value) && !(Array.isArray(value) && value.every((item: Json) => !isBranch(item)))
}
