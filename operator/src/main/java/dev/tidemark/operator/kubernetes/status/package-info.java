/** What people see of a job: its status, how often that is written, and its events. */
package dev.tidemark.operator.kubernetes.status;
