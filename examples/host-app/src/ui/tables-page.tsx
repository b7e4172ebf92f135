import { DataTablesManager, type DataTablesManagerProps } from '@tenon/editor/data-tables'
import { useLocation, useParams, useRouter } from 'wouter'

/** The data tables, each at an address of its own. */
export function TablesPage(host: Omit<DataTablesManagerProps, 'tableId' | 'onTableChange' | 'hrefOf'>) {
  const { base } = useRouter()
  const [, navigate] = useLocation()
  const { id = null } = useParams<{ readonly id?: string }>()
  return (
    <DataTablesManager
      {...host}
      tableId={id}
      onTableChange={(tableId) => navigate(tableId === null ? '/tables' : `/tables/${tableId}`)}
      hrefOf={(tableId) => `${base}/tables/${tableId}`}
    />
  )
}
