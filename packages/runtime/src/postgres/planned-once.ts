/**
 * Settings of an SQL function that is called often, with arguments that do not affect its plans: each statement in it
 * is planned once per connection. A plan made while the tables were small must also be fast when they are large, so it
 * reads every table by its key.
 */
export const PLANNED_ONCE = `set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off`
