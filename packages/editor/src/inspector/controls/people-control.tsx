import { humanize, isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import { useTranslate } from '../../instance/instance-context.ts'
import { valueAt } from '../../manifest/ports.ts'
import { Chip } from '../../ui/chip.tsx'
import { FieldNote } from '../../ui/field.tsx'
import { AddText } from './add-text.tsx'
import type { ControlProps } from './control-props.ts'
import { MemberSearch } from './member-search.tsx'
import { useMembers } from './use-members.ts'

/** Control for roles and people; without a directory of the host, people are entered by id and not checked. */
export function PeopleControl({ field, value, onChange, isReadOnly }: ControlProps) {
  const t = useTranslate()
  const current: JsonObject = isJsonObject(value) ? value : {}
  const offered = textsIn(valueAt(field.schema, ['properties', 'roles', 'items', 'enum']))
  const roles = textsIn(current.roles)
  const userIds = textsIn(current.userIds)
  const { hasDirectory, isFailed, byId, unknownIds, add } = useMembers(userIds)
  const set = (key: 'roles' | 'userIds', next: readonly string[]) => {
    const { [key]: _before, ...rest } = current
    onChange(next.length === 0 ? rest : { ...rest, [key]: next })
  }
  return (
    <div className="tn-people">
      <div className="tn-people-roles">
        {offered.map((role) => (
          <label key={role} className="tn-check">
            <input
              type="checkbox"
              checked={roles.includes(role)}
              disabled={isReadOnly}
              onChange={(event) =>
                set('roles', event.target.checked ? [...roles, role] : roles.filter((other) => other !== role))
              }
            />
            {t('control.everyRole', { role: humanize(role).toLowerCase() })}
          </label>
        ))}
      </div>
      {userIds.length > 0 && (
        <div className="tn-people-named">
          {userIds.map((userId) => (
            <Chip
              key={userId}
              tone={unknownIds.includes(userId) ? 'broken' : 'plain'}
              {...(isReadOnly
                ? {}
                : {
                    onRemove: () =>
                      set(
                        'userIds',
                        userIds.filter((other) => other !== userId),
                      ),
                  })}
            >
              {byId.get(userId)?.displayName ?? userId}
            </Chip>
          ))}
        </div>
      )}
      {!isReadOnly && hasDirectory === true && (
        <MemberSearch
          chosen={userIds}
          onChoose={(member) => {
            add(member)
            set('userIds', [...userIds, member.userId])
          }}
        />
      )}
      {!isReadOnly && hasDirectory === 'unknown' && isFailed && (
        <p className="tn-field-note" role="status">
          {t('control.peopleFailed')}
        </p>
      )}
      {!isReadOnly && hasDirectory === false && (
        <AddText
          label={t('control.addPerson')}
          check={(userId) => (userIds.includes(userId) ? t('control.valueTaken', { value: userId }) : null)}
          onAdd={(userId) => set('userIds', [...userIds, userId])}
        />
      )}
      {!isReadOnly && userIds.length > 0 && hasDirectory === false && (
        <p className="tn-field-note">{t('control.personUnchecked')}</p>
      )}
      {unknownIds.length > 0 && (
        <FieldNote error={t('control.personUnknown', { count: unknownIds.length, people: unknownIds.join(', ') })} />
      )}
    </div>
  )
}

function textsIn(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item: Json) => typeof item === 'string') : []
}
