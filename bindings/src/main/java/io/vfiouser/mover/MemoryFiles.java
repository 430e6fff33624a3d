package io.vfiouser.mover;

import io.vfiouser.client.VfioUserClient;
import io.vfiouser.os.MemFd;
import java.util.ArrayList;
import java.util.List;

/** One memory of a guest: a file per region, of sealed size. */
final class MemoryFiles implements AutoCloseable {
    private final List<GuestRegion> regions;
    private final List<MemFd> files = new ArrayList<>();

    /** @throws io.vfiouser.os.ErrnoException if the system refuses */
    MemoryFiles(List<GuestRegion> regions, String name) {
        this.regions = regions;
        boolean complete = false;
        try {
            for (GuestRegion region : regions) {
                MemFd file = MemFd.create(name, region.lengthBytes());
                files.add(file);
                file.sealSize();
            }
            complete = true;
        } finally {
            if (!complete) {
                close();
            }
        }
    }

    MemFd file(int region) {
        return files.get(region);
    }

    void mapInto(VfioUserClient client) {
        for (int i = 0; i < regions.size(); i++) {
            GuestRegion region = regions.get(i);
            client.mapDma(region.iova(), region.lengthBytes(), files.get(i).fd(), 0, region.protection());
        }
    }

    /** Closes the files; mappings of them stay. */
    @Override
    public void close() {
        files.forEach(MemFd::close);
    }
}
