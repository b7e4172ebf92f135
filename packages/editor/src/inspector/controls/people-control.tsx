import { isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import { useTranslate } from '../../instance/instance-context.ts'
import { humanize } from '../../manifest/param-field.ts'
import { valueAt } from '../../manifest/ports.ts'
import { Chip } from '../../ui/chip.tsx'
import { AddText } from './add-text.tsx'
import type { ControlProps } from './control-props.ts'

/** Control for roles and people. The API has no list of the people of a tenant, so their ids are not checked. */
export function PeopleControl({ field, value, onChange, isReadOnly }: ControlProps) {
  const t = useTranslate()
  const current: JsonObject = isJsonObject(value) ? value : {}
  const offered = textsIn(valueAt(field.schema, ['properties', 'roles', 'items', 'enum']))
  const roles = textsIn(current.roles)
  const userIds = textsIn(current.userIds)
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
              {userId}
            </Chip>
          ))}
        </div>
      )}
      {!isReadOnly && (
        <AddText
          label={t('control.addPerson')}
          check={(userId) => (userIds.includes(userId) ? t('control.valueTaken', { value: userId }) : null)}
          onAdd={(userId) => set('userIds', [...userIds, userId])}
        />
      )}
      {userIds.length > 0 && <p className="tn-field-note">{t('control.personUnchecked')}</p>}
    </div>
  )
}

function textsIn(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item: Json) => typeof item === 'string') : []
}
