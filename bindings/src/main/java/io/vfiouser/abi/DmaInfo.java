package io.vfiouser.abi;

import io.vfiouser.ffi.v02b.iovec;
import io.vfiouser.ffi.v02b.vfu_dma_info;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct vfu_dma_info}: one region of guest memory, the same at all levels.
 *
 * @param iova where the guest sees it
 * @param lengthBytes of the region
 * @param address where it is mapped in this process; 0 says that it is not, whatever else is set
 * @param mappingAddress start of the mapping that contains it; page aligned, so it may start before {@code address}
 * @param mappingLengthBytes of that mapping
 * @param pageSizeBytes of the mapping
 * @param protection {@code PROT_READ}, {@code PROT_WRITE} or both: storing into a read-only mapping ends the JVM
 */
public record DmaInfo(
        long iova,
        long lengthBytes,
        long address,
        long mappingAddress,
        long mappingLengthBytes,
        long pageSizeBytes,
        int protection) {

    /**
     * Copies the structure that a DMA callback was handed.
     *
     * @param pointer as it arrived, of length zero; valid during the callback
     */
    @SuppressWarnings("restricted") // the library hands out a whole structure
    public static DmaInfo copyOf(MemorySegment pointer) {
        MemorySegment info = pointer.reinterpret(vfu_dma_info.sizeof());
        MemorySegment range = vfu_dma_info.iova(info);
        MemorySegment mapping = vfu_dma_info.mapping(info);
        return new DmaInfo(
                iovec.iov_base(range).address(),
                iovec.iov_len(range),
                vfu_dma_info.vaddr(info).address(),
                iovec.iov_base(mapping).address(),
                iovec.iov_len(mapping),
                vfu_dma_info.page_size(info),
                vfu_dma_info.prot(info));
    }

    /** Whether the region can be accessed here. */
    public boolean isMapped() {
        return address != 0;
    }
}
