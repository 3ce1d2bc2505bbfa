--# Statements that an analyst writes: the guard allows each, and it runs on a small lake.

--# everything
SELECT * FROM gold_kpis

--# from first
FROM silver_events SELECT event_type, count(*) GROUP BY ALL ORDER BY ALL

--# from alone
FROM gold_kpis

--# table
TABLE gold_kpis

--# values
VALUES (1, 'a'), (2, 'b')

--# values with names
SELECT k, v FROM (VALUES (1, 'a'), (2, 'b')) AS t(k, v)

--# describe
DESCRIBE silver_events

--# describe a query
DESCRIBE SELECT country, sum(amount_usd) FROM silver_events GROUP BY 1

--# summarize
SUMMARIZE silver_events

--# summarize a query
SUMMARIZE SELECT price, quantity FROM silver_events

--# from a summary
SELECT column_name, null_percentage FROM (SUMMARIZE silver_events)

--# from a description
SELECT column_name FROM (DESCRIBE gold_kpis) WHERE column_type = 'DOUBLE'

--# show tables
SHOW TABLES

--# explain
EXPLAIN SELECT country FROM silver_events

--# explain analyze
EXPLAIN ANALYZE SELECT count(*) FROM silver_events

--# with
WITH p AS (SELECT * FROM silver_events WHERE event_type = 'purchase') FROM p

--# two withs
WITH views AS (SELECT user_id, min(ts) AS seen FROM silver_events
               WHERE event_type = 'page_view' GROUP BY user_id),
     buys AS MATERIALIZED (SELECT user_id, min(ts) AS bought FROM silver_events
               WHERE event_type = 'purchase' GROUP BY user_id)
SELECT avg(date_diff('second', v.seen, b.bought)) AS seconds
FROM views AS v JOIN buys AS b USING (user_id)

--# with columns
WITH t(a, b) AS (SELECT 1, 2) SELECT a + b AS c FROM t

--# recursive days
WITH RECURSIVE d AS (SELECT DATE '2026-01-01' AS day UNION ALL
                     SELECT day + 1 FROM d WHERE day < DATE '2026-01-10')
SELECT d.day, count(e.event_id) AS n FROM d
LEFT JOIN silver_events AS e ON e.ts::DATE = d.day GROUP BY d.day ORDER BY d.day

--# windows
SELECT window_start, orders,
       sum(orders) OVER (ORDER BY window_start ROWS BETWEEN 4 PRECEDING AND CURRENT ROW) AS five,
       lag(orders) OVER w AS before, orders - lag(orders, 1, 0) OVER w AS change,
       ntile(4) OVER w AS quarter, percent_rank() OVER w AS r, first_value(orders) OVER w AS f
FROM gold_kpis WINDOW w AS (ORDER BY window_start)

--# time window
SELECT window_start, avg(gmv_usd) OVER (ORDER BY window_start
       RANGE BETWEEN INTERVAL 10 MINUTES PRECEDING AND INTERVAL 10 MINUTES FOLLOWING) AS m
FROM gold_kpis

--# window without its row
SELECT orders, avg(orders) OVER (ORDER BY window_start ROWS BETWEEN UNBOUNDED PRECEDING
       AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS others FROM gold_kpis

--# ignore nulls
SELECT last_value(gmv_usd IGNORE NULLS) OVER (ORDER BY window_start) AS filled
FROM gold_kpis

--# qualify
SELECT country, product_id, sum(amount_usd) AS revenue FROM silver_events
GROUP BY country, product_id
QUALIFY row_number() OVER (PARTITION BY country ORDER BY revenue DESC) <= 3

--# asof join
SELECT e.event_id, k.gmv_usd FROM silver_events AS e
ASOF JOIN gold_kpis AS k ON e.ts >= k.window_start

--# asof left join
SELECT e.event_id, k.orders FROM silver_events e
ASOF LEFT JOIN gold_kpis k ON e.ts >= k.window_start AND e.quantity <> k.orders

--# positional join
SELECT * FROM (SELECT 1 AS a) POSITIONAL JOIN (SELECT 2 AS b)

--# semi join
SELECT DISTINCT user_id FROM silver_events AS v
SEMI JOIN (SELECT user_id FROM silver_events WHERE event_type = 'refund') AS r
USING (user_id)

--# anti join
SELECT user_id FROM (SELECT DISTINCT user_id FROM silver_events) AS u
ANTI JOIN (FROM silver_events WHERE event_type = 'purchase') AS p USING (user_id)

--# full join
SELECT coalesce(a.country, b.country) AS c FROM silver_events a
FULL OUTER JOIN silver_events b ON a.user_id = b.session_id

--# natural join
SELECT count(*) FROM gold_kpis NATURAL JOIN gold_kpis AS b

--# cross join
SELECT count(*) FROM gold_kpis CROSS JOIN gold_segments

--# pivot
PIVOT silver_events ON device_type USING count(*) GROUP BY country

--# pivot a query
PIVOT (SELECT country, device_type, amount_usd FROM silver_events)
ON device_type USING sum(amount_usd) AS usd, count(*) AS n GROUP BY country ORDER BY country

--# pivot within
SELECT * FROM (PIVOT silver_events ON device_type IN ('mobile', 'desktop')
               USING sum(amount_usd) GROUP BY country)

--# standard pivot
SELECT * FROM (SELECT country, device_type, quantity FROM silver_events)
PIVOT (sum(quantity) FOR device_type IN ('mobile', 'desktop'))

--# with and pivot
WITH e AS (SELECT country, event_type FROM silver_events)
PIVOT e ON event_type USING count(*)

--# unpivot
UNPIVOT (SELECT window_start, orders, refunds FROM gold_kpis) ON orders, refunds INTO NAME what VALUE n

--# unpivot columns
UNPIVOT (SELECT window_start, events, orders FROM gold_kpis)
ON COLUMNS(* EXCLUDE window_start) INTO NAME metric VALUE value

--# standard unpivot
SELECT metric, n FROM gold_kpis UNPIVOT (n FOR metric IN (events, orders))

--# lists
SELECT user_id, list(product_id ORDER BY ts) AS path, len(list_distinct(list(product_id))) AS n
FROM silver_events GROUP BY user_id

--# list functions
SELECT list_transform([1, 2, 3], lambda x: x * 2), list_filter([1, 2], lambda x: x > 1),
       list_sort([3, 1]), list_reverse_sort([3, 1]), list_sum([1, 2]), list_aggregate([1], 'max'),
       [1, 2, 3][2:], [1, 2][1], list_contains([1], 1), array_to_string(['a', 'b'], ',')

--# list comprehension
SELECT [x + 1 FOR x IN [1, 2, 3] IF x > 1] AS more

--# list reduce
SELECT list_reduce([1, 2, 3], lambda a, b: a + b) AS total

--# structs
SELECT s.country, s['n'], struct_extract(s, 'n') FROM (
SELECT {'country': country, 'n': count(*)} AS s FROM silver_events GROUP BY country)

--# struct pack
SELECT struct_pack(a := 1, b := 'x') AS s WHERE row(1, 2) = row(1, 2)

--# maps
SELECT MAP {'a': 1, 'b': 2}['a'] AS one, map_keys(MAP {'a': 1}) AS k

--# json
SELECT extra->>'$.page' AS page, json_extract_string(extra, '$.page'), extra->'$.n',
       json_extract(extra, '$.n')::INTEGER AS n, json_array_length('[1,2]'),
       json_valid(extra), json_type(extra) FROM silver_events WHERE extra IS NOT NULL

--# json made
SELECT to_json({'a': 1}) AS j, json_object('a', 1), json_group_array(country) FROM silver_events

--# json cast
SELECT (extra::JSON)->'page' AS page FROM silver_events

--# json each
SELECT e.key, e.value FROM silver_events AS s, json_each(s.extra) AS e

--# regex
SELECT regexp_extract(ua, '([A-Za-z]+)/', 1) AS browser, regexp_matches(ua, '^Moz'),
       regexp_replace(ua, '[0-9]+', '#', 'g'), regexp_split_to_array(ua, '[/ ]'),
       regexp_extract_all(ua, '\d+'), ua SIMILAR TO 'Moz.*' FROM silver_events

--# texts
SELECT upper(country) || '-' || lower(device_type), concat_ws('/', country, referrer),
       country ILIKE 'd%', country NOT LIKE '_x', left(ua, 3), ua[1:3], trim(ua), replace(ua, 'a', 'b'),
       split_part(ua, '/', 1), string_split(ua, ' '), starts_with(ua, 'M'), length(ua),
       lpad(country, 5, '*'), rpad(country, 5, '.'), repeat('ab', 3), reverse(ua), strip_accents('é'),
       format('{} of {}', 1, 2), printf('%05.2f', 1.5), levenshtein('a', 'b'), md5(ua),
       jaro_winkler_similarity('ab', 'ac'), contains(ua, 'z'), ua.upper(), position('a' IN ua),
       substring(ua, 2, 3), substr(ua, 2), hash(ua), chr(65), ascii('a'), translate(ua, 'a', 'b')
FROM silver_events

--# times
SELECT date_trunc('hour', ts), ts::DATE, CAST(ts AS TIMESTAMP), extract(hour FROM ts), hour(ts),
       dayname(ts), monthname(ts), isodow(ts), week(ts), quarter(ts), epoch(ts), epoch_ms(ts),
       strftime(ts, '%Y-%m'), date_part('minute', ts), ts + INTERVAL 1 DAY, ts - INTERVAL '2 hours',
       date_diff('day', ts, TIMESTAMPTZ '2026-02-01'), age(ts::TIMESTAMP, TIMESTAMP '2026-01-01'),
       last_day(ts), make_date(2026, 1, 1), to_timestamp(1700000000), ts AT TIME ZONE 'Europe/Berlin',
       date_add(ts::DATE, INTERVAL 1 DAY), datediff('hour', ts, ts), to_minutes(5), year(ts), month(ts)
FROM silver_events

--# now
SELECT count(*) FROM silver_events WHERE ts > now() - INTERVAL 1 HOUR
OR event_date >= current_date - 7 OR ts < current_timestamp - to_days(2) OR ts < today()

--# parsed times
SELECT strptime('2026-01-31', '%Y-%m-%d'), try_strptime('x', '%Y'), TIMESTAMP '2026-01-01 00:00:00', '2026-01-01'::TIMESTAMPTZ, TRY_CAST('x' AS INTEGER)

--# time bucket
SELECT time_bucket(INTERVAL '5 minutes', ts) AS b, count(*) FROM silver_events GROUP BY b ORDER BY b

--# time bucket with origin
SELECT time_bucket(INTERVAL 1 WEEK, ts, TIMESTAMPTZ '2026-01-05 00:00:00+00') AS b FROM silver_events

--# weekday or hour
SELECT isodow(ts) AS d, hour(ts) AS h, count(DISTINCT session_id) AS n FROM silver_events GROUP BY d, h ORDER BY d, h

--# quantiles
SELECT quantile_cont(amount_usd, 0.5), quantile_cont(amount_usd, [0.25, 0.75]),
       quantile_disc(amount_usd, 0.9), approx_quantile(amount_usd, 0.95), median(amount_usd),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY amount_usd), mad(amount_usd), mode(country)
FROM silver_events

--# statistics
SELECT corr(discount, quantity), regr_slope(gmv, n), regr_intercept(gmv, n), regr_r2(gmv, n),
       covar_pop(discount, quantity), stddev(price), stddev_pop(price), var_samp(price),
       skewness(price), kurtosis(price), entropy(country), sem(price)
FROM (SELECT *, amount_usd AS gmv, quantity AS n FROM silver_events)

--# filter
SELECT count(*) FILTER (WHERE event_type = 'purchase') AS buys, count(DISTINCT user_id) FILTER (event_type = 'page_view') AS viewers FROM silver_events

--# conversion
SELECT date_trunc('hour', ts) AS hour,
       count(DISTINCT CASE WHEN event_type = 'purchase' THEN user_id END)
       / nullif(count(DISTINCT CASE WHEN event_type = 'page_view' THEN user_id END), 0) AS rate
FROM silver_events GROUP BY 1 ORDER BY 1

--# grouping sets
SELECT country, device_type, count(*), grouping(country) FROM silver_events GROUP BY GROUPING SETS ((country), (device_type), ())

--# rollup
SELECT country, device_type, sum(amount_usd) FROM silver_events GROUP BY ROLLUP (country, device_type)

--# cube
SELECT country, device_type, grouping_id(country, device_type) FROM silver_events GROUP BY CUBE (country, device_type)

--# having
SELECT country, count(*) AS n FROM silver_events GROUP BY country HAVING n > 1

--# unnest
SELECT unnest([1, 2, 3]) AS n, unnest(generate_series(1, 3)) AS m

--# from unnest
SELECT d.day FROM unnest(generate_series(DATE '2026-01-01', DATE '2026-01-07', INTERVAL 1 DAY)) AS d(day)

--# unnest structs
SELECT unnest([{'a': 1, 'b': 2}], recursive := true)

--# lateral
SELECT c.country, top.product_id FROM (SELECT DISTINCT country FROM silver_events) AS c,
LATERAL (SELECT product_id, sum(quantity) AS q FROM silver_events AS e
         WHERE e.country = c.country GROUP BY product_id ORDER BY q DESC LIMIT 1) AS top

--# left join lateral
SELECT s.i, l.j FROM range(3) AS s(i) LEFT JOIN LATERAL (SELECT s.i * 2 AS j) AS l ON true

--# sample
SELECT * FROM silver_events USING SAMPLE 10

--# sample per cent
SELECT * FROM silver_events USING SAMPLE 50 PERCENT (bernoulli)

--# tablesample
SELECT * FROM silver_events TABLESAMPLE reservoir(20 ROWS) REPEATABLE (7)

--# exclude
SELECT * EXCLUDE (ua, referrer) FROM silver_events

--# replace
SELECT * REPLACE (round(price, 1) AS price) FROM silver_events

--# rename
SELECT * RENAME (price AS unit_price) FROM silver_events

--# columns by name
SELECT COLUMNS('.*_usd') FROM gold_kpis

--# columns by lambda
SELECT COLUMNS(c -> c LIKE '%users') FROM gold_kpis

--# columns in functions
SELECT min(COLUMNS(* EXCLUDE (window_start, window_end, updated_at))) FROM gold_kpis

--# columns renamed
SELECT COLUMNS('(.*)_usd') AS '\1' FROM gold_kpis

--# star like
SELECT * LIKE '%_users' FROM gold_kpis

--# arg max
SELECT arg_max(product_id, amount_usd), max_by(country, ts), arg_min(user_id, ts), max(amount_usd, 3), first(country), any_value(country) FROM silver_events

--# approximate
SELECT approx_count_distinct(user_id), approx_top_k(country, 3), histogram(country), string_agg(DISTINCT country, ', ' ORDER BY country) FROM silver_events

--# aliases used
SELECT price * quantity AS total, total * 2 AS twice FROM silver_events WHERE total > 1 ORDER BY twice

--# prefix alias
SELECT n: count(*), c: country FROM silver_events GROUP BY country

--# distinct on
SELECT DISTINCT ON (user_id) user_id, ts FROM silver_events ORDER BY user_id, ts DESC

--# union
SELECT country FROM silver_events UNION SELECT value FROM gold_segments

--# union by name
SELECT 1 AS a UNION ALL BY NAME SELECT 2 AS b

--# except and intersect
SELECT user_id FROM silver_events EXCEPT (SELECT session_id FROM silver_events INTERSECT ALL SELECT user_id FROM silver_events)

--# brackets
(SELECT 1 AS a) UNION (SELECT 2) ORDER BY a LIMIT 1 OFFSET 0

--# limit per cent
SELECT * FROM silver_events LIMIT 10%

--# order by all
SELECT "offset", topic FROM silver_events ORDER BY ALL DESC NULLS LAST

--# in a subquery
SELECT * FROM silver_events WHERE user_id IN (SELECT user_id FROM silver_events WHERE event_type = 'refund') AND EXISTS (SELECT 1 FROM gold_kpis)

--# scalar subquery
SELECT country, count(*) / (SELECT count(*) FROM silver_events) AS share FROM silver_events GROUP BY country

--# any and all
SELECT * FROM gold_kpis WHERE orders >= ALL (SELECT orders FROM gold_kpis) OR events = ANY (SELECT 1)

--# case
SELECT CASE country WHEN 'DE' THEN 1 ELSE 0 END, if(price > 1, 'a', 'b'), ifnull(price, 0), greatest(1, 2), least(1, 2), price IS DISTINCT FROM 1, price BETWEEN 1 AND 5, nullif(1, 1) FROM silver_events

--# numbers
SELECT round(1.234, 2), 7 // 2, 7 % 3, 2 ** 3, abs(-1), ceil(1.2), floor(1.8), ln(2), log(10), sqrt(4), exp(1), sign(-1), 1e3, 1_000, pi(), random() < 2, trunc(1.5), mod(7, 3), power(2, 3), isnan(1.0), bit_count(5), 5 & 1, 1 << 3, xor(1, 2), 'inf'::DOUBLE, 0.1::DECIMAL(10, 2)

--# range
SELECT range AS n, (range * 7919) % 1000003 AS m FROM range(1000000)

--# range of times
SELECT * FROM range(TIMESTAMP '2026-01-01', TIMESTAMP '2026-01-02', INTERVAL 1 HOUR)

--# series of hours
SELECT h.h, count(e.event_id) AS n
FROM generate_series(TIMESTAMPTZ '2026-01-01 00:00:00+00', TIMESTAMPTZ '2026-01-01 05:00:00+00',
                     INTERVAL 1 HOUR) AS h(h)
LEFT JOIN silver_events AS e ON date_trunc('hour', e.ts) = h.h GROUP BY 1 ORDER BY 1

--# series between columns
SELECT unnest(generate_series(min(event_date), max(event_date), INTERVAL 1 DAY)) AS day FROM silver_events

--# zero filled
WITH b AS (SELECT min(window_start) AS low, max(window_start) AS high FROM gold_kpis),
     s AS (SELECT unnest(generate_series(low, high, INTERVAL 1 MINUTE)) AS m FROM b)
SELECT s.m, coalesce(k.orders, 0) AS orders FROM s
LEFT JOIN gold_kpis AS k ON k.window_start = s.m ORDER BY 1

--# cohorts
WITH first AS (SELECT user_id, min(date_trunc('day', ts)) AS cohort FROM silver_events GROUP BY 1)
SELECT f.cohort, date_diff('day', f.cohort, date_trunc('day', e.ts)) AS day,
       count(DISTINCT e.user_id) AS users
FROM silver_events AS e JOIN first AS f USING (user_id) GROUP BY 1, 2 ORDER BY 1, 2

--# rfm
WITH r AS (SELECT user_id, max(ts) AS last, count(*) AS n, sum(amount_usd) AS money
           FROM silver_events WHERE event_type = 'purchase' GROUP BY user_id)
SELECT *, ntile(5) OVER (ORDER BY last) AS rr, ntile(5) OVER (ORDER BY n) AS f,
       ntile(5) OVER (ORDER BY money) AS m FROM r

--# anomalies
SELECT window_start, orders, (orders - avg(orders) OVER h) / nullif(stddev(orders) OVER h, 0) AS z
FROM gold_kpis
WINDOW h AS (ORDER BY window_start ROWS BETWEEN 60 PRECEDING AND 1 PRECEDING)
QUALIFY abs(z) > 3

--# comments
-- orders
SELECT /* all */ sum(orders) -- of all
FROM gold_kpis; -- done

--# unicode
SELECT country AS größe, '日本語 ; -- DROP' AS "a b" FROM silver_events

--# dollar text
SELECT $$it's$$ AS t

--# escaped text
SELECT E'a\nb' AS t, 'it''s' AS u

--# casts
SELECT price::INT, price::DECIMAL(18, 3), '1'::BIGINT, [1]::DOUBLE[], 'a'::VARCHAR, ts::TIMESTAMP, true::INT, NULL::DATE, '{"a": 1}'::STRUCT(a INTEGER) FROM silver_events

--# upper case names
SELECT COUNTRY, Sum(Amount_USD) FROM SILVER_EVENTS GROUP BY Country

--# qualified
SELECT silver_events.country, "silver_events"."price" FROM silver_events

--# hidden row number
SELECT rowid FROM (SELECT 1 AS rowid)

--# equal names joined
SELECT e.*, k.* FROM silver_events e, gold_kpis k LIMIT 3

--# alias of a table
SELECT x.y FROM silver_events AS x(y)

--# filter on list
SELECT * FROM silver_events WHERE country IN ('DE', 'FR') AND country NOT IN ('IT')

--# list as set
SELECT * FROM silver_events WHERE list_contains(['DE'], country) OR country = ANY(['FR'])

--# try
SELECT TRY(ln(0)) AS nothing

--# type of
SELECT typeof(price), typeof(ts) FROM silver_events

--# uuid
SELECT uuid() AS u, gen_random_uuid() AS v

--# collate
SELECT country FROM silver_events ORDER BY country COLLATE NOCASE

--# is
SELECT price IS NULL, price NOTNULL, price ISNULL, NOT true, true IS TRUE FROM silver_events

--# tuple
SELECT * FROM silver_events WHERE (country, device_type) = ('DE', 'mobile')

--# offset of a window
SELECT nth_value(orders, 2) OVER (ORDER BY window_start), cume_dist() OVER (ORDER BY orders), dense_rank() OVER (ORDER BY orders) FROM gold_kpis

--# weighted
SELECT weighted_avg(price, quantity), wavg(price, quantity), geomean(price), product(1 + discount), bool_and(is_late), count_if(is_late), sum(is_late::INT) FROM silver_events
