/** What a job's checkpoint path holds, as the contract with the driver has it. */
package dev.tidemark.backup.checkpoint;
