create table if not exists items (
  id bigint generated always as identity primary key,
  name text not null,
  quantity integer not null check (quantity >= 0),
  best_before date
);
