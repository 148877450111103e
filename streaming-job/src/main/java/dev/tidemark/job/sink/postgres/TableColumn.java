package dev.tidemark.job.sink.postgres;

/**
 * A column of the sink's table.
 *
 * @param name as the catalog has it
 * @param shown its type as a person reads it, {@code numeric(10,2)}
 * @param type the internal name of its type, for a domain that of the type below
 * @param enumeration true for an enumerated type
 * @param precision of a numeric, -1 when it has none
 * @param scale of a numeric
 * @param required true when it is NOT NULL and nothing fills it in
 * @param generated true when it can never be written
 * @param insertable true when the role may insert into it
 * @param replaceable true when the role may read and update it, too
 * @param nullable false when the table allows no NULL in it
 */
record TableColumn(
    String name,
    String shown,
    String type,
    boolean enumeration,
    int precision,
    int scale,
    boolean required,
    boolean generated,
    boolean insertable,
    boolean replaceable,
    boolean nullable) {}
